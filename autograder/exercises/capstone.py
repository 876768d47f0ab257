"""Lesson 12, the capstone: questions on what the race shows. It has no function of its own."""

from autograder.lesson import Lesson

lesson = Lesson("12_capstone", title="Race your own optimizers")

lesson.quiz(
    "capstone_no_winner",
    title="First everywhere?",
    question="What do these numbers say?",
    options={
        "a": (
            "Adam is the first on every surface",
            "Look at the round bowl, where Adam needs 56 steps. How many does gradient descent "
            "need?",
        ),
        "b": (
            "momentum is the first on every surface",
            "Momentum is the first on the long bowl. Where is it on the three others?",
        ),
        "c": (
            "who is first depends on the surface",
            "On the long bowl gradient descent is the only one that does not arrive, on the three "
            "others it is the first. Which surface a network's cost resembles, nobody tells you "
            "beforehand.",
        ),
        "d": (
            "whoever is first merely had a better learning rate",
            "All four had the rate that was best for them on that surface. What is left to "
            "explain the differences?",
        ),
    },
    right="c",
    hints=(
        "Look at each row of the table by itself: who needs the fewest steps there?",
        "Count for each optimizer on how many surfaces it is the first.",
    ),
)

lesson.quiz(
    "capstone_which_part",
    title="Which part chooses the rate?",
    question="Why not simply choose the rate with the best result on the test part?",
    options={
        "a": (
            "one should; or still better, the rate with the lowest cost on the part it is trained "
            "on",
            "On the part that it trains on a network can learn even wrong labels by heart. Which "
            "rate would win there?",
        ),
        "b": (
            "the test score would then be partly luck: it must come from data that decided nothing",
            "Whoever tries the most settings on the test part gets the best test score, by luck "
            "alone. A validation part takes that luck upon itself, and the test part stays a "
            "fresh look.",
        ),
        "c": (
            "one should: the test score is what counts in the end",
            "Then the test score has chosen the rate. What can it still say about digits that "
            "nobody has seen?",
        ),
        "d": (
            "no part should choose it; a rate from a paper is more objective",
            "A rate from a paper fits the paper's problem. What did the sweeps say about one rate "
            "for another optimizer?",
        ),
    },
    right="b",
    hints=(
        "Suppose that twenty rates were all equally good. Which one would the test part choose?",
        "One part of the data must not have decided anything before the final score.",
    ),
)

lesson.quiz(
    "capstone_error_bars",
    title="Error bars",
    question=r"In some other race, momentum reached a test accuracy of $98.3 \pm 0.6$ % and Adam "
    "$98.0 \\pm 0.6$ %: mean\n"
    "and standard deviation over five seeds, on 360 test digits. What follows?",
    options={
        "a": (
            "nothing about who is better: the difference is of the size that chance brings",
            "0.3 points are one test digit of 360, and another seed moves each of them by twice "
            "as much. Such a difference is what chance brings.",
        ),
        "b": (
            "momentum is better, because its mean is higher",
            "The mean is higher, yes. How far does it move when only the seed changes?",
        ),
        "c": (
            "the two are equally good, that is now shown",
            "Too few seeds to see a difference does not show that there is none. What would you "
            "need to tell?",
        ),
        "d": (
            "the one with the larger spread is worse",
            "A larger spread is not the better or the worse optimizer by itself. How does the "
            "difference compare with the spreads?",
        ),
    },
    right="a",
    hints=(
        "How many of 360 test digits are 0.3 percentage points?",
        "Compare the distance of the two means with what another seed does to one of them.",
    ),
)

lesson.quiz(
    "capstone_train_and_test",
    title="Training and test",
    question="In a race of all nine, run with these rules, the highest training cost was about "
    "thirty times the lowest.\n"
    "The test accuracies lay between 97.8 and 98.7 %, with standard deviations from 0.2 to 0.9. "
    "What is the\n"
    "best description?",
    options={
        "a": (
            "both numbers measure the same, so that there is one winner",
            "The training costs differ far beyond their error bars. Which of the two numbers did "
            "not?",
        ),
        "b": (
            "the lowest training cost gives the highest test accuracy",
            "The lowest training cost was thirty times below the highest. By how much did the "
            "test accuracies differ, compared with their spread?",
        ),
        "c": (
            "the lowest training cost gives the lowest test accuracy",
            "No optimizer was first and last in the same way on both. What would you expect to "
            "see in the right panel, if it were so?",
        ),
        "d": (
            "in training cost they differ clearly; in test accuracy no winner can be named",
            "The training cost is what an optimizer lowers, and there they differ by a large "
            "factor. The test accuracy depends on what the network makes of new digits; beyond "
            "some point a lower training cost has nothing to add to it.",
        ),
    },
    right="d",
    hints=(
        "Compare the left and the right panel: in which one do the error bars overlap?",
        "How large is the largest difference in test accuracy, counted in standard deviations?",
    ),
)
