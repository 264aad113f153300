"""Bringing everything derived up to a day: lake, features, segments, predictions, lists."""
