"""Lesson 12, the capstone: questions on what the race shows. It has no function of its own."""

from autograder.exercise import Lesson

lesson = Lesson("12_capstone", title="Race your own optimizers", minutes=75)

lesson.quiz(
    "capstone_no_winner",
    (
        "c",
        "On the long bowl gradient descent is the only one that does not arrive, on the three "
        "others it is the first. Which surface a network's cost resembles, nobody tells you "
        "beforehand.",
    ),
    (
        "a",
        "Look at the round bowl, where Adam needs 56 steps. How many does gradient descent need?",
    ),
    (
        "b",
        "Momentum is the first on the long bowl. Where is it on the three others?",
    ),
    (
        "d",
        "All four had the rate that was best for them on that surface. What is left to explain the "
        "differences?",
    ),
    hints=(
        "Look at each row of the table by itself: who needs the fewest steps there?",
        "Count for each optimizer on how many surfaces it is the first.",
    ),
)

lesson.quiz(
    "capstone_which_part",
    (
        "b",
        "Whoever tries the most settings on the test part gets the best test score, by luck alone. "
        "A validation part takes that luck upon itself, and the test part stays a fresh look.",
    ),
    (
        "a",
        "On the part that it trains on a network can learn even wrong labels by heart. Which rate "
        "would win there?",
    ),
    (
        "c",
        "Then the test score has chosen the rate. What can it still say about digits that nobody "
        "has seen?",
    ),
    (
        "d",
        "A rate from a paper fits the paper's problem. What did the sweeps say about one rate for "
        "another optimizer?",
    ),
    hints=(
        "Suppose that twenty rates were all equally good. Which one would the test part choose?",
        "One part of the data must not have decided anything before the final score.",
    ),
)

lesson.quiz(
    "capstone_error_bars",
    (
        "a",
        "0.3 points are one test digit of 360, and another seed moves each of them by twice as "
        "much. Such a difference is what chance brings.",
    ),
    (
        "b",
        "The mean is higher, yes. How far does it move when only the seed changes?",
    ),
    (
        "c",
        "Too few seeds to see a difference does not show that there is none. What would you "
        "need to tell?",
    ),
    (
        "d",
        "A larger spread is not the better or the worse optimizer by itself. How does the "
        "difference compare with the spreads?",
    ),
    hints=(
        "How many of 360 test digits are 0.3 percentage points?",
        "Compare the distance of the two means with what another seed does to one of them.",
    ),
)

lesson.quiz(
    "capstone_train_and_test",
    (
        "d",
        "The training cost is what an optimizer lowers, and there they differ by a large factor. "
        "The test accuracy depends on what the network makes of new digits; beyond some point a "
        "lower training cost has nothing to add to it.",
    ),
    (
        "a",
        "The training costs differ far beyond their error bars. Which of the two numbers did not?",
    ),
    (
        "b",
        "The lowest training cost was thirty times below the highest. By how much did the test "
        "accuracies differ, compared with their spread?",
    ),
    (
        "c",
        "No optimizer was first and last in the same way on both. What would you expect to see in "
        "the right panel, if it were so?",
    ),
    hints=(
        "Compare the left and the right panel: in which one do the error bars overlap?",
        "How large is the largest difference in test accuracy, counted in standard deviations?",
    ),
)
