// ONNX's protobuf messages as libonnx-dev installs them: with the "ML" variant's file only,
// which onnx_pb.h chooses by this macro.
#pragma once

#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#include <onnx/onnx_pb.h>
