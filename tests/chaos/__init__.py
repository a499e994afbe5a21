"""`make chaos`: the line under a load of real calls while everything around it breaks."""
