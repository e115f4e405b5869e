"""What operations took: counted, summed over time, graphed, watched by alarms."""
