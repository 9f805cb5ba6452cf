"""The public test kit: scripted networks, fault proxy, fake clock and the conformance cases.

For tests of the product and for the authors of third-party connectors. The running product does not import it.
"""
