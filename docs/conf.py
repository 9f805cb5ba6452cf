"""Sphinx settings. The pages are MyST Markdown; the build needs no network, and a warning is a fault."""

from __future__ import annotations

import unisono

project = "Unisono"
author = "The Unisono authors"
project_copyright = f"2026, {author}"
version = release = unisono.__version__

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist", "tasklist"]
myst_heading_anchors = 3

exclude_patterns = ["_build", "adr/0000-template.md"]
nitpicky = True

html_theme = "furo"
html_title = "Unisono"
html_static_path: list[str] = []
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"font-stack": "system-ui, sans-serif", "font-stack--monospace": "ui-monospace, monospace"},
}
