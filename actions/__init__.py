"""What the assistant does with the shop's data: one module per topic customers ask about.

Actions read; they never write anywhere. What should happen outside of the dialogue is returned as an effect
(`actions/effects.py`) and performed by the gateway, under the fence of the case.
"""
