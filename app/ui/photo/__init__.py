"""The Photo page: one picture with its faces, to look at, name and correct."""
