"""What shops would use instead. Each is installed by its own module, into build/, in the version that stands there."""
