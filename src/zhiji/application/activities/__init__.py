"""What people do about customers: notes, tasks with a day, calls with their outcome."""
