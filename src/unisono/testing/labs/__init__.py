"""One lab for each connector: the network with customers in it, for the conformance suite."""
