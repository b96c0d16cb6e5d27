"""How the shipped update of the bundled model was trained, from public data, to be run again by anyone."""
