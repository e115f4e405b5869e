"""What a whole photo shows: things with boxes, scenes, what should not be shown to everyone, colours."""
