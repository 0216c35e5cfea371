"""Models of the examples, written from the RFCs and from what the elements promise.

They share no code with pmill, and process one packet at a time.
"""
