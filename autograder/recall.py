"""Three questions from earlier lessons at the beginning of each: asked for practice, never graded.

They belong to no `Lesson`, so nothing that sums, lists or hands out exercises ever meets them; the
build puts them below a lesson's set-up, and their keys into a folder of their own.
"""

import re

import autograder.learner_side  # noqa: F401
from autograder.quiz import Quiz, by_letter
from optlab.checking.quiz import RECALL

TAG = "recall"
_ANSWER = re.compile(rf'^({RECALL}\w+) = "[a-d]"$', re.MULTILINE)
_HEAD = """\
## Recall

Three questions from earlier lessons, to be answered from memory: no points, and nobody counts. What
you have to fetch back, you keep."""


def asked(lesson: str) -> tuple[Quiz, ...]:
    """The questions at the beginning of a lesson, by its full name; none where there are none."""
    return _ASKED.get(lesson, ())


def text(number: int, quiz: Quiz) -> str:
    """Question `number` in Markdown, from 1 on."""
    _, question = quiz.text().split("\n\n", maxsplit=1)
    return f"{_HEAD}\n\n{question}" if number == 1 else question


def solution(quiz: Quiz) -> str:
    """The cell that answers and checks it."""
    title = "# Recall: put your letter in place of None, then run"
    return f'{title}\n{quiz.source}check("{quiz.name}")'


def unanswered(cell: str) -> str:
    """That cell as a learner gets it."""
    return _ANSWER.sub(r"\1 = None", cell)


def _ask(name: str, lesson: int, question: str, right: str, *options: tuple[str, str]) -> Quiz:
    """options: the text beside each letter, and what is said to whoever chooses it."""
    lettered = by_letter(dict(zip("abcd", options, strict=True)))
    return Quiz(
        name=RECALL + name,
        points=0,
        title="",
        question=f"*Lesson {lesson}.* {question}",
        options=tuple(lettered.values()),
        right=lettered[right],
        asks="one of a, b, c, d",
        hints=(),
    )


_ASKED = {
    "02_exponentially_weighted_averages": (
        _ask(
            "last_batch",
            1,
            "1,000 examples are cut into mini-batches of 64. How many updates has one epoch, and "
            "how large is the last mini-batch?",
            "c",
            ("15 updates, the last with 64 examples", "Do 15 times 64 use every example?"),
            ("16 updates, the last with 64 examples", "How many examples are 16 times 64?"),
            ("16 updates, the last with 40 examples", "15 times 64 is 960, and 40 are left."),
            ("64 updates, the last with 16 examples", "Which is the size, which the number?"),
        ),
        _ask(
            "one_higher_cost",
            1,
            "The cost of this mini-batch is higher than that of the last one. What follows?",
            "a",
            ("nothing yet", "Other examples, other cost: only the trend tells."),
            (
                "the learning rate is too large",
                "It may be. Could one value show that, when every mini-batch has other examples?",
            ),
            ("the gradient is wrong", "A right gradient gives such curves too. Why?"),
            ("the training has diverged", "How many steps would you look at to say so?"),
        ),
        _ask(
            "smaller_batches",
            1,
            "With mini-batches of 16 in place of 64, the scatter (standard deviation) of the "
            "mini-batch cost is",
            "d",
            ("a quarter", "Does a mean of fewer examples scatter less?"),
            ("four times as large", "That is the variance. And its root?"),
            ("the same", "What does a mean of four times as many examples do to the scatter?"),
            ("twice as large", r"It goes with $1/\sqrt{b}$, and $\sqrt{64/16} = 2$."),
        ),
    ),
    "03_bias_correction": (
        _ask(
            "window_98",
            2,
            r"$\beta = 0.98$ averages over about how many days?",
            "b",
            ("2", r"That would be $\beta = 0.5$. What is $1 - 0.98$?"),
            ("50", r"$1/(1-0.98) = 50$, by the rule of thumb."),
            ("98", r"$\beta$ is no number of days. What does $1 - \beta$ say?"),
            ("5", r"That would be $\beta = 0.8$. What is $1 - 0.98$?"),
        ),
        _ask(
            "one_more_day",
            2,
            r"$\beta = 0.9$; the average is 10, and the new value is 20. What is the new average?",
            "a",
            ("11", r"$0.9 \cdot 10 + 0.1 \cdot 20$."),
            ("19", "Which of the two has nine parts in ten?"),
            ("15", r"That would be $\beta = 0.5$."),
            ("29", "The weights of old and new add up to 1. Do yours?"),
        ),
        _ask(
            "one_order",
            1,
            "Why are $X$ and $Y$ shuffled in one common order?",
            "c",
            ("it is faster", "Two orders would take hardly longer. What would they mix up?"),
            ("the mini-batches get equal sizes", "Does an order change how many examples fit?"),
            ("every image keeps its own label", "With two orders there is nothing to be learned."),
            (
                "the noise becomes smaller",
                "The examples are the same. What goes with each of them?",
            ),
        ),
    ),
    "04_momentum": (
        _ask(
            "first_value",
            3,
            r"$\beta = 0.9$, the average starts at zero, and the first value is 40. The average "
            "without and with bias correction?",
            "b",
            ("40 and 40", r"Without it, day 1 is $0.9 \cdot 0 + 0.1 \cdot 40$. Is that 40?"),
            ("4 and 40", r"$4 / (1 - 0.9) = 40$."),
            ("36 and 40", "Which share does the new value get?"),
            ("4 and 4.4", r"That is divided by 0.9. What is divided by, on day $t$?"),
        ),
        _ask(
            "day_1000",
            3,
            r"$\beta = 0.9$. What does the bias correction do on day 1,000?",
            "c",
            ("it multiplies by 10", "That is day 1. What has become of $0.9^t$ since?"),
            ("it halves the value", "Can it ever make a value smaller?"),
            ("nothing that one could see", "$1 - 0.9^{1000}$ is 1 to 45 digits."),
            ("it removes the noise", "It removes a bias. Are the two the same?"),
        ),
        _ask(
            "larger_beta",
            2,
            r"A larger $\beta$ makes the averaged curve",
            "a",
            ("smoother, and later", "More days share the weight, and older ones."),
            ("smoother, and earlier", "Older days get more weight. Which way does that shift it?"),
            ("rougher, and later", "Does a mean over more days scatter more?"),
            ("higher", "The weights still add up to 1. What changes its level?"),
        ),
    ),
    "05_rmsprop": (
        _ask(
            "constant_gradient",
            4,
            r"Momentum in the averaging form, $\beta = 0.9$, and the gradient is always $g$. The "
            "velocity tends to",
            "d",
            ("0", "What would pull it there?"),
            ("$g/10$", "That is its value after the first step. And then?"),
            (
                "$10\\,g$",
                r"That is the form without $1 - \beta$. What is an average of equal numbers?",
            ),
            ("$g$", "It is the average of equal numbers."),
        ),
        _ask(
            "rate_from_pytorch",
            4,
            "In PyTorch somebody uses `SGD(lr=0.1, momentum=0.9)`. Which rate walks the same path "
            "in the averaging form?",
            "a",
            ("1.0", r"$0.1 / (1 - 0.9)$, apart from the start."),
            ("0.1", "Then every step is ten times shorter. Which form has the factor 0.1 in it?"),
            ("0.01", "Which of the two forms has the longer velocity?"),
            ("0.09", r"That multiplies by $\beta$. By which factor do the velocities differ?"),
        ),
        _ask(
            "stable_until",
            4,
            r"$\beta = 0.9$. Up to which product of learning rate and curvature is momentum in the "
            "averaging form stable?",
            "c",
            ("2", r"That is $\beta = 0$, gradient descent."),
            ("6", r"That is $\beta = 0.5$."),
            ("38", r"$2\,(1+\beta)/(1-\beta) = 2 \cdot 1.9/0.1$."),
            ("any", "It diverges later than gradient descent. Never?"),
        ),
    ),
    "06_adam": (
        _ask(
            "rmsprop_first",
            5,
            r"RMSprop with $\beta_2 = 0.9$ and no correction. How long is the very first step of a "
            "weight?",
            "d",
            (r"$\alpha$ times the gradient", "What stands below the line, and what cancels?"),
            (r"$\alpha$", "Then $s$ would be $g^2$. Is it, after one step from zero?"),
            (r"$\alpha/10$", "0.1 is under a root. And is it above the line or below?"),
            (r"$3.16\,\alpha$", r"$g/\sqrt{0.1\,g^2}$, whatever $g$ is."),
        ),
        _ask(
            "cost_times_1000",
            5,
            "The cost is multiplied by 1,000. Who walks (nearly) the same path as before?",
            "b",
            ("gradient descent", "How long do its steps become?"),
            ("RMSprop", r"The factor cancels in $g/\sqrt{s}$."),
            ("momentum", "What does an average of gradients do when all of them grow?"),
            ("none of these", "Which of them divides by the size of the gradients?"),
        ),
        _ask(
            "turned_bowl",
            4,
            "RMSprop and momentum on a bowl, which is then turned by 30°. Whose costs, step by "
            "step, stay the same?",
            "c",
            ("RMSprop's", "It divides along the axes. Do these turn too?"),
            ("both", "One of them divides every element by its own number. Does that turn too?"),
            ("momentum's", "It treats all directions alike."),
            ("neither's", "Which of them only adds up gradients?"),
        ),
    ),
    "07_learning_rate_decay": (
        _ask(
            "adam_first",
            6,
            "Adam with bias correction: how far does each parameter go in the first step?",
            "a",
            (r"$\alpha$, whatever the gradient is", r"Corrected, it is $g/\sqrt{g^2}$."),
            (r"$\alpha$ times its gradient", "What does the division by the root do to the size?"),
            (r"$3.16\,\alpha$", "That is a step without the correction. And with it?"),
            (r"$\alpha/10$", r"What does the correction do to the factor $1 - \beta_1$?"),
        ),
        _ask(
            "miscounted",
            6,
            "An Adam raises $t$ inside its loop over four arrays. Which $t$ does the fourth array "
            "see in the first update?",
            "d",
            ("1", "That is right if $t$ is raised before the loop. And inside it?"),
            ("0", "It starts at 0. When is it raised, before it is used or after?"),
            ("3", "How often has it been raised when the fourth array is reached?"),
            ("4", "So the fourth array is corrected too little."),
        ),
        _ask(
            "alternating",
            4,
            r"Across a valley the gradients are $1, -1, 1, -1, \dots$ Averaging form, "
            r"$\beta = 0.9$. After many steps the velocity has about the size",
            "b",
            ("1", "That is the gradient itself. What does an average do with alternating signs?"),
            ("0.05", r"$(1-\beta)/(1+\beta) = 0.1/1.9$."),
            ("0.5", "Each new gradient counts for a tenth. Can it swing that far?"),
            ("10", r"Can an average be larger than all that it averages?"),
        ),
    ),
    "08_local_optima": (
        _ask(
            "epoch_3",
            7,
            r"$\alpha_0 = 0.2$, inverse time decay with the decay rate 1, epochs from 0. The rate "
            "in epoch 3?",
            "c",
            ("0.0667", "That is epoch 2."),
            ("0.0083", "Which rate is divided, the first one or the one before?"),
            ("0.05", "$0.2/(1 + 3)$."),
            ("0.025", "That is halving after every epoch. What does this schedule divide by?"),
        ),
        _ask(
            "halved_for_ever",
            7,
            "The rate is halved after every epoch, for ever. How many epochs at the first rate "
            "go as "
            "far as all these steps together?",
            "a",
            ("2", r"$1 + \tfrac12 + \tfrac14 + \dots = 2$."),
            ("any number", "Does the sum of these rates grow without limit?"),
            ("1", "That is the first epoch alone. And all the later ones together?"),
            ("10", "Add up one, a half, a quarter. Where does that lead?"),
        ),
        _ask(
            "tuned_with",
            7,
            r"You compare three schedules. When is $\alpha_0$ tuned?",
            "b",
            ("once, without a schedule", "Which start does a schedule want that falls later?"),
            ("for each schedule", "Each has its own best start."),
            ("not at all, for fairness", "One start suits one of them. Which one has won then?"),
            ("for the constant rate", "Whom does a rate favour that was tuned for one of them?"),
        ),
    ),
    "09_adagrad_adadelta": (
        _ask(
            "signs_of_eigenvalues",
            8,
            "The gradient is zero, and the Hessian has the eigenvalues −1 and 3. The point is",
            "d",
            ("a minimum", "What does the cost do along the direction of −1?"),
            ("a maximum", "What does the cost do along the direction of 3?"),
            ("not decided", "That would be so with a zero among them."),
            ("a saddle point", "Up in one direction, down in another."),
        ),
        _ask(
            "on_the_ridge",
            8,
            "Gradient descent starts exactly on the ridge of a saddle, and there is no noise. It",
            "b",
            ("falls off after some steps", "How large is the gradient across the ridge?"),
            ("walks to the saddle point and stays", "Nothing ever pushes it aside."),
            ("diverges", "What does the cost do along the ridge, on the way to the saddle point?"),
            ("finds the nearer minimum", "Which of the two is nearer, from the ridge?"),
        ),
        _ask(
            "where_epsilon",
            5,
            r"$s = 0$ and $\epsilon = 10^{-8}$. What are $\sqrt{s} + \epsilon$ and "
            r"$\sqrt{s + \epsilon}$?",
            "c",
            (r"$10^{-8}$ and $10^{-8}$", r"What is the root of $10^{-8}$?"),
            (r"$10^{-4}$ and $10^{-8}$", "In which of the two is the root taken of epsilon?"),
            (r"$10^{-8}$ and $10^{-4}$", "A factor of 10,000 in the length of the step."),
            ("0 and 0", "What is epsilon there for?"),
        ),
    ),
    "10_after_adam": (
        _ask(
            "adagrad_100",
            9,
            "Adagrad, and the gradient is always 1. How long is step 100?",
            "a",
            (r"$\alpha/10$", "The sum of squares is then 100, and its root 10."),
            (r"$\alpha$", "That is an average of squares, as in RMSprop. What does a sum do?"),
            (r"$\alpha/100$", "The sum is 100. What is done to it before the division?"),
            (r"$10\,\alpha$", "Does the sum stand above the line or below?"),
        ),
        _ask(
            "no_rate",
            9,
            "Adadelta has no learning rate. What sets the length of its very first step?",
            "d",
            (
                r"$\beta$ alone",
                "It averages both squares. What is there to average above the line?",
            ),
            ("the size of the gradient", "It stands above and below. What is left?"),
            ("nothing does", "It has a definite length. Which number is not zero above the line?"),
            (
                r"$\epsilon$",
                r"The average of squared steps is still 0, and $\sqrt{\epsilon}$ stays.",
            ),
        ),
        _ask(
            "uncorrected",
            3,
            r"Adam without bias correction, $\beta_1 = 0.9$, $\beta_2 = 0.999$: how many learning "
            "rates long is the first step?",
            "b",
            ("1", "That is with the correction. What do both averages hold of the first gradient?"),
            ("3.16", r"$0.1/\sqrt{0.001}$: too long, and not too short."),
            ("0.1", "That is the average above the line. And what is below it?"),
            ("100", "What is done to the average of squares before the division?"),
        ),
    ),
    "11_training_strategies": (
        _ask(
            "l2_in_adam",
            10,
            "L2 is put into the gradient of Adam. Which weights shrink least?",
            "c",
            (
                "those with small gradients",
                "By what is their pull divided, a large number or a small?",
            ),
            ("none: all shrink alike", "That is decay beside the step, as AdamW has it. And here?"),
            (
                "those with large gradients",
                r"The pull is divided by $\sqrt{s}$, like all the rest.",
            ),
            ("the largest weights", "The pull grows with the weight. What is it divided by?"),
        ),
        _ask(
            "warmup_allows",
            10,
            "What does a warm-up of the learning rate make possible with Adam?",
            "d",
            ("a smaller epsilon", "What has the length of the first steps to do with epsilon?"),
            ("an Adam without a second average", "What is $s$ still needed for, later on?"),
            ("fewer examples", "What are the first steps too long for, without it?"),
            ("a larger rate afterwards", "The first steps are those that a large rate ruins."),
        ),
        _ask(
            "last_divisor",
            1,
            "1,437 digits in mini-batches of 64. By which number is the summed gradient of the "
            "last mini-batch divided?",
            "a",
            ("29", "Its own size: $1437 - 22 \\cdot 64$."),
            ("64", "Has the last one as many examples as the others?"),
            ("1437", "That is the whole training set. What is a mean over?"),
            ("23", "That is how many there are. What is a mean over?"),
        ),
    ),
    "12_capstone": (
        _ask(
            "when_predicting",
            11,
            "Batch normalization when predicting: where do mean and variance come from?",
            "b",
            ("from the images of this request", "What would a single image be compared with?"),
            ("from the training, as running averages", "No answer depends on its company."),
            ("from the test set", "Does the test set decide anything in a training?"),
            ("they are 0 and 1", "That is how the running averages begin. And after training?"),
        ),
        _ask(
            "weights_given_back",
            11,
            "Early stopping ends after epoch 40; the best cost on validation was in epoch 33. "
            "Which weights are given back?",
            "d",
            ("those of epoch 40", "Which of the two are better on validation?"),
            ("the mean of epochs 33 to 40", "That is another method. What was the best seen?"),
            (
                "those of 33, kept under a second name",
                "What has training done to that array since?",
            ),
            ("a copy made in epoch 33", "The best, and nothing has changed it since."),
        ),
        _ask(
            "chosen_on_test",
            11,
            "A learning rate is chosen because it gave the best accuracy on the test set. That "
            "accuracy is",
            "c",
            ("too low", "Which way does choosing the largest of several numbers err?"),
            ("honest, if the test set is large", "Is the best of many less lucky there?"),
            ("too high, in part by luck", "Part of such a lead is gone on other digits."),
            ("honest, if all rates were tried", "What happens to the best of more and more tries?"),
        ),
    ),
    "13_todays_training": (
        _ask(
            "idle_weight",
            10,
            r"AdamW with $\alpha = 0.01$ and $\lambda = 0.1$. A weight of 2 whose gradients have "
            "always been zero is, after one step,",
            "a",
            ("1.998", r"$2 - 0.01 \cdot 0.1 \cdot 2$."),
            ("1.8", "By what is the decay multiplied, besides $\\lambda$?"),
            (
                "1.99",
                "That is a step of a whole learning rate. How long is the step of no gradient?",
            ),
            ("2", "The step is 0. Does the decay need a gradient?"),
        ),
        _ask(
            "half_a_cosine",
            10,
            r"A cosine takes the rate from $\alpha_0$ to 0. Which rate has it half way?",
            "d",
            (
                r"$0.71\,\alpha_0$",
                "That is the cosine of 45°. Which angle is half way from 0 to 180°?",
            ),
            (r"$\alpha_0/4$", "What is the cosine of a right angle, and what is added to it?"),
            ("0", "That is the cosine itself. What is added to it, so that it ends at 0?"),
            (r"$\alpha_0/2$", r"$\alpha_0\,(1 + \cos\tfrac{\pi}{2})/2$."),
        ),
        _ask(
            "after_1000",
            3,
            r"An average with $\beta = 0.999$ starts at zero, and every value is 1. Where does it "
            "stand after 1,000 values, without correction?",
            "b",
            ("1", "That is what it tends to. Has it forgotten its start after 1,000 values?"),
            ("0.63", "$1 - 0.999^{1000}$: more than a third is still missing."),
            ("0.37", "That is the weight that the start still has. And the values?"),
            ("0.001", "That is its first value. And then?"),
        ),
    ),
}
