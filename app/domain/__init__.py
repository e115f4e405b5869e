"""The program's nouns: geometry, faces, photos, people, changes, errors. numpy only."""
