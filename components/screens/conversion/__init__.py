"""The conversion screen: whom to call first, how soon, and who turns leads into families."""
