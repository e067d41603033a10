"""From the files that trainers edit to a model that may be served."""
