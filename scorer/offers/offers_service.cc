#include "scorer/offers/offers_service.h"

#include "runtime/rpc/answer.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {

grpc::ServerUnaryReactor* OffersService::GetOffers(grpc::CallbackServerContext* context,
                                                   const v1::GetOffersRequest* request,
                                                   v1::GetOffersResponse* response) {
  return AnswerFrom(
      calls_, context, [this, request] { return desk_->GetOffers(*request); }, response);
}

grpc::ServerUnaryReactor* OffersService::GetOffersForMany(grpc::CallbackServerContext* context,
                                                          const v1::GetOffersForManyRequest* request,
                                                          v1::GetOffersForManyResponse* response) {
  return AnswerFrom(
      calls_, context, [this, request] { return desk_->GetOffersForMany(*request); }, response);
}

grpc::ServerUnaryReactor* OffersService::ReportOutcome(grpc::CallbackServerContext* context,
                                                       const v1::ReportOutcomeRequest* request,
                                                       v1::ReportOutcomeResponse* response) {
  return AnswerFrom(
      calls_, context, [this, request] { return desk_->ReportOutcome(*request); }, response);
}

grpc::ServerUnaryReactor* OffersService::ListOffers(grpc::CallbackServerContext* context, const v1::ListOffersRequest*,
                                                    v1::ListOffersResponse* response) {
  return Answer(context, desk_->ListOffers(), response);
}

grpc::ServerUnaryReactor* OffersService::CheckOffers(grpc::CallbackServerContext* context,
                                                     const v1::CheckOffersRequest* request,
                                                     v1::CheckOffersResponse* response) {
  return Answer(context, desk_->CheckOffers(*request), response);
}

grpc::ServerUnaryReactor* OffersService::ImportCodes(grpc::CallbackServerContext* context,
                                                     const v1::ImportCodesRequest* request,
                                                     v1::ImportCodesResponse* response) {
  return AnswerFrom(
      calls_, context, [this, request] { return desk_->ImportCodes(*request); }, response);
}

grpc::ServerUnaryReactor* OffersService::GetUpliftReport(grpc::CallbackServerContext* context,
                                                         const v1::GetUpliftReportRequest* request,
                                                         v1::UpliftReport* response) {
  return AnswerFrom(
      long_calls_, context, [this, request] { return Report(*request); }, response);
}

absl::StatusOr<v1::UpliftReport> OffersService::Report(const v1::GetUpliftReportRequest& request) {
  {
    MutexLock lock(&mutex_);
    if (reporting_) {
      return WithRetryDelay(absl::ResourceExhaustedError("another report is being made; try again soon"),
                            absl::Seconds(5));
    }
    reporting_ = true;
  }
  auto report = MakeUpliftReport(request, desk_->offers(), *ledger_, measure_, clock_->Now());
  MutexLock lock(&mutex_);
  reporting_ = false;
  return report;
}

}  // namespace ebb::scorer
