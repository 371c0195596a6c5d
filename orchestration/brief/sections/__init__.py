"""The ten sections, one module each: what is asked of the release, what is found, and how it is drawn."""
