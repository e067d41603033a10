"""The console command: puts gateway and desk together, and starts what belongs to them."""
