"""Systems that data comes from by itself: how they are reached, what is taken from them and when, what came of it."""
