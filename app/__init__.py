"""Likeness: collections of faces, on one's own machine."""

import os

__version__ = "0.1.0"

# onnxruntime counts its own use, keeps the counts in the user's cache folder and sends them to its maker,
# unless this is set before it is imported. Nothing that runs here is anybody else's business.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
