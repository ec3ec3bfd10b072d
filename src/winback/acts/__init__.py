"""Acts: what an operator does and asks, one function each, the same for the command line and the API.

They read, ask the domain and end in a guarded commit, as steps do; a lost race starts again from the first read.
"""
