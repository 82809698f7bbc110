"""What the analyst wants: panels and menus emit these, controllers carry them out.

A command is plain data, so a test, a menu, a shortcut, a message's button and a mouse click all ask
for the same thing in the same way. Each subject has its own; all of their names are here.
"""

from hsunmix.gui.endmembers.commands import *
from hsunmix.gui.feature_space.commands import *
from hsunmix.gui.files.commands import *
from hsunmix.gui.help.commands import *
from hsunmix.gui.image.commands import *
from hsunmix.gui.library.commands import *
from hsunmix.gui.regions.commands import *
from hsunmix.gui.run.commands import *
from hsunmix.gui.spectra.commands import *
from hsunmix.gui.state.commands import *
from hsunmix.gui.vectors.commands import *
