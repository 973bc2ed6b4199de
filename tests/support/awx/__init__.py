"""The emulated AWX servers asked by hand, their recordings replayed, and an AWX that is an object."""
