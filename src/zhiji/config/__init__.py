"""Settings, URLs and discovery: wires the layers together. Capabilities are found, nobody edits a list."""
