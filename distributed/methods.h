// Full method names of our services (protos/worker_service.proto, protos/master_service.proto).
#ifndef MILLRACE_DISTRIBUTED_METHODS_H_
#define MILLRACE_DISTRIBUTED_METHODS_H_

namespace millrace::methods {

inline constexpr char kOpenSession[] = "/millrace.WorkerService/OpenSession";
inline constexpr char kCloseSession[] = "/millrace.WorkerService/CloseSession";
inline constexpr char kHeartbeat[] = "/millrace.WorkerService/Heartbeat";
inline constexpr char kRegisterGraph[] = "/millrace.WorkerService/RegisterGraph";
inline constexpr char kDeregisterGraph[] = "/millrace.WorkerService/DeregisterGraph";
inline constexpr char kRunGraph[] = "/millrace.WorkerService/RunGraph";
inline constexpr char kAbortStep[] = "/millrace.WorkerService/AbortStep";
inline constexpr char kSendTensors[] = "/millrace.WorkerService/SendTensors";
inline constexpr char kGetStatus[] = "/millrace.MasterService/GetStatus";
inline constexpr char kReset[] = "/millrace.MasterService/Reset";
inline constexpr char kShutdown[] = "/millrace.MasterService/Shutdown";

}  // namespace millrace::methods

#endif  // MILLRACE_DISTRIBUTED_METHODS_H_
