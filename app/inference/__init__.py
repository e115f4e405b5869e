"""Models on onnxruntime: from pixels to faces and vectors."""
