"""Search among vectors: an exact index, its cache file, groups of alike faces. numpy only."""
