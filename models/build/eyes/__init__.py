"""Whether an eye is open: a logistic regression over the features of app/inference/eyes.py, fitted here.

No package ships weights for it. It is fitted on photographs whose few closed eyes were labelled by eye, and
on the same faces with one eye or both closed by drawing: the skin of the upper lid is pulled down over it.

    python -m models.build                                      makes eyes-open.onnx from weights.npz
    python -m models.build.eyes --congress DIR --fairface DIR   fits weights.npz anew, says what it reaches

docs/adr/0060 tells what was tried and measured.
"""

from pathlib import Path

WEIGHTS = Path(__file__).with_name("weights.npz")
