"""The functions on AWS, a module each: its entry point builds a world once, `handle` does the work in any world."""
