"""What is published when: slots, schedules, campaigns and surveys.

Pure. Time zones and holidays are facts that are passed in.
"""
