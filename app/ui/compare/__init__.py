"""The Compare page: one face of a picture against all faces of another."""
