"""Running steps of graphs."""
