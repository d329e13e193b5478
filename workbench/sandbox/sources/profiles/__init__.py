"""The profiles of the sources that can be played, one TOML file each."""
