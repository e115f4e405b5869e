"""One image and everything that can be told of it; nothing is stored."""
