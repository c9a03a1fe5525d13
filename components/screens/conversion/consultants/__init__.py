"""Consultants on the conversion screen: how soon they call, what they win, whose lead is whose."""
