"""A window with one line to type into: what the start of the frozen program is measured against."""

import sys
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow

application = QApplication(sys.argv)
family = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(Path(sys.argv[1]))))[0]
application.setFont(QFont(family, 10))
window = QMainWindow()
window.setCentralWidget(QLineEdit("葵盘果胶联产颗粒饲料"))
window.resize(1366, 768)
window.show()
sys.exit(application.exec())
