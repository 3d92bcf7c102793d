"""SavedModels: graphs with their variables, for serving."""

from types import SimpleNamespace as _Names

from millrace.saved_model.builder import Builder, simple_save
from millrace.saved_model.exporting import save
from millrace.saved_model.loader import contains_saved_model, load
from millrace.saved_model.options import LoadOptions, SaveOptions
from millrace.saved_model.signature import (
    SignatureDef,
    build_signature_def,
    classification_signature_def,
    predict_signature_def,
    regression_signature_def,
)

SavedModelBuilder = Builder
SERVING, TRAINING, GPU = "serve", "train", "gpu"
DEFAULT_SERVING_SIGNATURE_DEF_KEY = "serving_default"
PREDICT_METHOD_NAME = "tensorflow/serving/predict"
CLASSIFY_METHOD_NAME = "tensorflow/serving/classify"
REGRESS_METHOD_NAME = "tensorflow/serving/regress"
PREDICT_INPUTS, PREDICT_OUTPUTS = "inputs", "outputs"
CLASSIFY_INPUTS, CLASSIFY_OUTPUT_CLASSES, CLASSIFY_OUTPUT_SCORES = "inputs", "classes", "scores"
REGRESS_INPUTS, REGRESS_OUTPUTS = "inputs", "outputs"
# What lies where in a folder.
ASSETS_DIRECTORY, ASSETS_KEY = "assets", "saved_model_assets"
VARIABLES_DIRECTORY = VARIABLES_FILENAME = "variables"
SAVED_MODEL_FILENAME_PB, SAVED_MODEL_FILENAME_PBTXT = "saved_model.pb", "saved_model.pbtxt"
SAVED_MODEL_SCHEMA_VERSION = 1


def build_tensor_info(tensor):
    """What a signature is built of: here the tensor itself."""
    return tensor


# The modules that TensorFlow 1 has these names in.
builder = _Names(SavedModelBuilder=Builder)
loader = _Names(load=load, maybe_saved_model_directory=contains_saved_model)
tag_constants = _Names(SERVING=SERVING, TRAINING=TRAINING, GPU=GPU)
signature_constants = _Names(
    DEFAULT_SERVING_SIGNATURE_DEF_KEY=DEFAULT_SERVING_SIGNATURE_DEF_KEY,
    PREDICT_METHOD_NAME=PREDICT_METHOD_NAME,
    CLASSIFY_METHOD_NAME=CLASSIFY_METHOD_NAME,
    REGRESS_METHOD_NAME=REGRESS_METHOD_NAME,
    PREDICT_INPUTS=PREDICT_INPUTS,
    PREDICT_OUTPUTS=PREDICT_OUTPUTS,
    CLASSIFY_INPUTS=CLASSIFY_INPUTS,
    CLASSIFY_OUTPUT_CLASSES=CLASSIFY_OUTPUT_CLASSES,
    CLASSIFY_OUTPUT_SCORES=CLASSIFY_OUTPUT_SCORES,
    REGRESS_INPUTS=REGRESS_INPUTS,
    REGRESS_OUTPUTS=REGRESS_OUTPUTS,
)
constants = _Names(
    ASSETS_DIRECTORY=ASSETS_DIRECTORY,
    ASSETS_KEY=ASSETS_KEY,
    VARIABLES_DIRECTORY=VARIABLES_DIRECTORY,
    VARIABLES_FILENAME=VARIABLES_FILENAME,
    SAVED_MODEL_FILENAME_PB=SAVED_MODEL_FILENAME_PB,
    SAVED_MODEL_FILENAME_PBTXT=SAVED_MODEL_FILENAME_PBTXT,
    SAVED_MODEL_SCHEMA_VERSION=SAVED_MODEL_SCHEMA_VERSION,
)
signature_def_utils = _Names(
    build_signature_def=build_signature_def,
    classification_signature_def=classification_signature_def,
    predict_signature_def=predict_signature_def,
    regression_signature_def=regression_signature_def,
)
utils = _Names(build_tensor_info=build_tensor_info)

__all__ = [
    "Builder",
    "LoadOptions",
    "SaveOptions",
    "SavedModelBuilder",
    "SignatureDef",
    "build_signature_def",
    "build_tensor_info",
    "classification_signature_def",
    "contains_saved_model",
    "load",
    "predict_signature_def",
    "regression_signature_def",
    "save",
    "simple_save",
]
