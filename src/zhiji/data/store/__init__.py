"""The record (Django models), its bulk paths and its derivations."""
