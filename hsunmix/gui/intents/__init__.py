"""What the analyst wants: panels and menus emit these, controllers carry them out.

An intent is plain data, so a test, a menu, a shortcut, a message's button and a mouse click all ask
for the same thing in the same way. One file an area; all of their names are here.
"""

from hsunmix.gui.intents.base import *
from hsunmix.gui.intents.copy import *
from hsunmix.gui.intents.edit import *
from hsunmix.gui.intents.files import *
from hsunmix.gui.intents.help import *
from hsunmix.gui.intents.look import *
from hsunmix.gui.intents.loop import *
from hsunmix.gui.intents.mask import *
from hsunmix.gui.intents.recovery import *
from hsunmix.gui.intents.regions import *
from hsunmix.gui.intents.runs import *
from hsunmix.gui.intents.tour import *
from hsunmix.gui.intents.windows import *
from hsunmix.gui.intents.work import *
