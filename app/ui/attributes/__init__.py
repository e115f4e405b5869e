"""What faces look like and photos show, as widgets that the inspector and the Analyse page share."""
