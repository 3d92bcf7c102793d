"""SavedModels: graphs with their variables, for serving."""

from millrace.saved_model.builder import Builder, simple_save
from millrace.saved_model.loader import contains_saved_model, load
from millrace.saved_model.signature import (
    SignatureDef,
    build_signature_def,
    predict_signature_def,
)

SavedModelBuilder = Builder
SERVING = "serve"
TRAINING = "train"
DEFAULT_SERVING_SIGNATURE_DEF_KEY = "serving_default"
PREDICT_METHOD_NAME = "tensorflow/serving/predict"

__all__ = [
    "Builder",
    "SavedModelBuilder",
    "SignatureDef",
    "build_signature_def",
    "contains_saved_model",
    "load",
    "predict_signature_def",
    "simple_save",
]
