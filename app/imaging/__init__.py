"""Image files in, upright RGB pixels out: walking, reading, hashing, decoding, crops, JPEG bytes."""
