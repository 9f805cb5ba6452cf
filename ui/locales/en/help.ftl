### The help

nav-help = Help
help-here = Help on this page (new window)
help-pages = Pages of the help
help-none = There is no such page of the help.
help-group-tutorial = Getting started
help-group-how-to = How-to guides
help-group-explanation = Background
help-other-language = So far this page is in { $language } only.
