"""Push notifications: what waits for somebody is told to their devices, in general words and sealed for the device alone."""
