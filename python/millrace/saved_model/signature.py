"""Signatures: what a model takes and gives, under the caller's names."""

from millrace._load import public

PREDICT = "tensorflow/serving/predict"
CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"


class SignatureDef:
    """inputs and outputs: {name: tensor}; method_name: which kind of request it serves."""

    def __init__(self, inputs, outputs, method_name=PREDICT):
        self.inputs, self.outputs, self.method_name = dict(inputs), dict(outputs), method_name

    def __repr__(self):
        return f"SignatureDef(inputs={self.inputs}, outputs={self.outputs}, {self.method_name!r})"


@public
def build_signature_def(inputs=None, outputs=None, method_name=PREDICT):
    """A signature of tensors by name."""
    return SignatureDef(inputs or {}, outputs or {}, method_name)


@public
def predict_signature_def(inputs, outputs):
    """The signature of a prediction. ValueError without inputs or outputs."""
    if not inputs or not outputs:
        raise ValueError("a signature needs inputs and outputs")
    return SignatureDef(inputs, outputs)


@public
def classification_signature_def(examples, classes=None, scores=None):
    """The signature of a classification of serialised examples. ValueError without classes and
    scores."""
    if classes is None and scores is None:
        raise ValueError("a classification gives classes, scores or both")
    outputs = {"classes": classes, "scores": scores}
    outputs = {key: tensor for key, tensor in outputs.items() if tensor is not None}
    return SignatureDef({"inputs": examples}, outputs, CLASSIFY)


@public
def regression_signature_def(examples, predictions):
    """The signature of a regression of serialised examples."""
    return SignatureDef({"inputs": examples}, {"outputs": predictions}, REGRESS)
