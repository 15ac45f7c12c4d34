"""The search engines that can be set, a module each, named as the setting names them."""
