#pragma once

#include "ebb/v1/offer_service.grpc.pb.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "runtime/work_pool.h"
#include "scorer/offers/offer_desk.h"
#include "scorer/offers/uplift_report.h"

namespace ebb::scorer {

// The Offers service on the wire: decisions are OfferDesk's, reports uplift_report.h's. Thread-safe; borrows what it is
// given; must outlive its server.
class OffersService final : public v1::Offers::CallbackService {
 public:
  // Calls that ask the store or wait for the disk run on `calls`, reports on `long_calls`.
  OffersService(OfferDesk* desk, const DecisionLedger* ledger, MeasureLookup measure, WorkPool* calls,
                WorkPool* long_calls, const Clock* clock)
      : desk_(desk),
        ledger_(ledger),
        measure_(std::move(measure)),
        calls_(calls),
        long_calls_(long_calls),
        clock_(clock) {}

  grpc::ServerUnaryReactor* GetOffers(grpc::CallbackServerContext* context, const v1::GetOffersRequest* request,
                                      v1::GetOffersResponse* response) override;
  grpc::ServerUnaryReactor* GetOffersForMany(grpc::CallbackServerContext* context,
                                             const v1::GetOffersForManyRequest* request,
                                             v1::GetOffersForManyResponse* response) override;
  grpc::ServerUnaryReactor* ReportOutcome(grpc::CallbackServerContext* context, const v1::ReportOutcomeRequest* request,
                                          v1::ReportOutcomeResponse* response) override;
  grpc::ServerUnaryReactor* ListOffers(grpc::CallbackServerContext* context, const v1::ListOffersRequest* request,
                                       v1::ListOffersResponse* response) override;
  grpc::ServerUnaryReactor* CheckOffers(grpc::CallbackServerContext* context, const v1::CheckOffersRequest* request,
                                        v1::CheckOffersResponse* response) override;
  grpc::ServerUnaryReactor* ImportCodes(grpc::CallbackServerContext* context, const v1::ImportCodesRequest* request,
                                        v1::ImportCodesResponse* response) override;
  grpc::ServerUnaryReactor* GetUpliftReport(grpc::CallbackServerContext* context,
                                            const v1::GetUpliftReportRequest* request,
                                            v1::UpliftReport* response) override;

 private:
  // One report at a time.
  absl::StatusOr<v1::UpliftReport> Report(const v1::GetUpliftReportRequest& request);

  OfferDesk* const desk_;
  const DecisionLedger* const ledger_;
  const MeasureLookup measure_;
  WorkPool* const calls_;
  WorkPool* const long_calls_;
  const Clock* const clock_;
  Mutex mutex_;
  bool reporting_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace ebb::scorer
