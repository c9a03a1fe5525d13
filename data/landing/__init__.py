"""Landing: segments on disk, and the loader that takes each into the store exactly once."""
