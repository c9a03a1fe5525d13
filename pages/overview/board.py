"""The live board: how does today run, will the month keep its plan, what are the answers?"""

from components.frame.pages import BOARD
from components.kit.choices.filters import current_filters
from components.kit.page import question, show, stop_without
from components.screens.board.pace import works_leads

board = BOARD.read(current_filters())
stop_without(BOARD, board)
if works_leads(board.scope.role):
    question(BOARD)
show(BOARD, board)
