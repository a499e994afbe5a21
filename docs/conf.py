"""How Sphinx builds the manual (`make manual`); nothing in it is fetched from elsewhere."""

project = "Neuvontalinja"
extensions = ["myst_parser"]
exclude_patterns = ["conf.py"]
myst_heading_anchors = 4  # as on other sites: security.md#tls-and-srtp
smartquotes = False  # what is copied from here into YAML or a shell must have the quotes it needs
html_title = "Neuvontalinja: the manual"
html_theme = "alabaster"
html_theme_options = {
    "description": "A telephone guidance line: the manual",
    "fixed_sidebar": True,
    "page_width": "75rem",
    "body_max_width": "60rem",
    "sidebar_collapse": True,
}
html_sidebars = {"**": ["about.html", "searchbox.html", "navigation.html"]}
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
